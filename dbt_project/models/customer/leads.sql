{{ noun_table('leads') }}
