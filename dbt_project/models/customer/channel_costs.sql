{{ noun_table('channel_costs') }}
