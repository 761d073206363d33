//! Compiles the configuration and the capabilities into the shell.

fn main() {
    tauri_build::build();
}
