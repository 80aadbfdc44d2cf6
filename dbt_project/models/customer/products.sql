{{ noun_table('products') }}
