{{ noun_table('refunds') }}
