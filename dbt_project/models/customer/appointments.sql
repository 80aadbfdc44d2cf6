{{ noun_table('appointments') }}
