{{ noun_table('entitlements') }}
