{{ noun_table('orders', ref('landed_orders')) }}
