{{ noun_table('orders') }}
