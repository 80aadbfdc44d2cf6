{{ noun_table('points_ledger') }}
