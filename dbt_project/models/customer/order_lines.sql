{{ noun_table('order_lines') }}
