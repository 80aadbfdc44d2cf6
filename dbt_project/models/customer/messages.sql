{{ noun_table('messages') }}
