{{ noun_table('message_subscriptions') }}
