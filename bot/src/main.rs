//! The program `waiaas`; see the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    waiaas::main()
}
