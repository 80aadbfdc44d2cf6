{{ noun_table('campaigns') }}
