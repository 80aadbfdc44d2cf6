"""What reads every channel by its declaration: nobody has to edit it for a new channel."""
