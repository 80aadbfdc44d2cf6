{{ noun_table('groups') }}
