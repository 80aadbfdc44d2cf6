{{ noun_table('staff') }}
