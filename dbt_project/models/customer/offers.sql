{{ noun_table('offers') }}
