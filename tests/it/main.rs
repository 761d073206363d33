//! Stories and claims about the whole of it.

mod architecture;
