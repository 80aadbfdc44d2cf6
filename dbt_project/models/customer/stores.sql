{{ noun_table('stores') }}
