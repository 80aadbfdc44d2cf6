"""A night that failed, was blocked or is late says so by itself: in a file of the home and in a group's robot."""
