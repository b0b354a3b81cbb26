//! The display of 128 x 96 dots: pages and menus as data, drawn into a frame.
