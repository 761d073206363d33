//! The field app on a desktop. On a phone the library's entry point is called instead.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    field_app::run();
}
