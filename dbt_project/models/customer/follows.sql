{{ noun_table('follows') }}
