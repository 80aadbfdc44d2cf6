{{ noun_table('consents') }}
