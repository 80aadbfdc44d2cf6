{{ noun_table('consents', ref('landed_consents')) }}
