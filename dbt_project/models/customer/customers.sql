{{ noun_table('customers') }}
