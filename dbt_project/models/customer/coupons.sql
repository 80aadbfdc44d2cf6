{{ noun_table('coupons') }}
