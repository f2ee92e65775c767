// Greets whoever runs the contract by their DID and returns how much mana they have.
#![no_std]

#[path = "../../guest/rust/icn.rs"]
mod icn;

use core::fmt::Write;

#[no_mangle]
pub extern "C" fn run() -> i64 {
    let mut did = [0; 128];
    let Some(did) = icn::caller(&mut did) else {
        icn::log(icn::Level::Warn, "Hello, whoever you are.");
        return 0;
    };
    let mana = icn::mana();
    let mut line = icn::Line::new();
    match write!(line, "Hello, {did}. You have {mana} mana.") {
        Ok(()) => icn::log(icn::Level::Info, line.as_str()),
        Err(_) => icn::log(icn::Level::Warn, "The greeting is too long for a line."),
    }
    mana as i64
}
