{{ noun_table('suppressions') }}
