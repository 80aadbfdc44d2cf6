{{ noun_table('events') }}
