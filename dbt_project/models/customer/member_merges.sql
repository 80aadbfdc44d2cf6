{{ noun_table('member_merges') }}
