{{ noun_table('experiment_assignments') }}
