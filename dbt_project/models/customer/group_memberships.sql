{{ noun_table('group_memberships') }}
