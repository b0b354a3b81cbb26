//! The front of the running meter: display and buttons, for people at the box and for the command line.
