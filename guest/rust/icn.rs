//! ICN host calls for contracts in Rust, without the standard library. Copy this file and `icn_host.rs` beside your contract:
//!
//! ```ignore
//! #![no_std]
//! mod icn;
//!
//! #[no_mangle]
//! pub extern "C" fn run() -> i64 {
//!     icn::log(icn::Level::Info, "Hello.");
//!     42
//! }
//! ```
//!
//! Text is UTF-8 with an explicit length. A call the rules refuse (too little mana, bad JSON) returns `false`, 0 or `None`;
//! `last_error_code` and `last_error` tell why, until the next call. An answer that does not fit its buffer is `None` too.
//! A panic ends the run with a trap.
#![allow(dead_code)]

use core::fmt;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// As the host has them; the safe functions below are what contracts call.
#[path = "icn_host.rs"]
mod host;

#[derive(Clone, Copy)]
#[repr(i32)]
pub enum Level {
    Debug = 0,
    Info = 1,
    Warn = 2,
    Error = 3,
}

/// Mana of this node's account.
pub fn mana() -> u64 {
    unsafe { host::host_account_get_mana() as u64 }
}

/// Mana of any account; 0 for an unknown one.
pub fn mana_of(did: &str) -> u64 {
    unsafe { host::host_account_get_mana_2(did.as_ptr(), did.len()) as u64 }
}

/// Spends mana of this node's account, named by its DID; false when it is refused.
#[must_use]
pub fn spend_mana(did: &str, amount: u64) -> bool {
    unsafe { host::host_account_spend_mana(did.as_ptr(), did.len(), amount as i64) == 1 }
}

/// Submits a mesh job, JSON of ActualMeshJob. The number is the first 8 bytes of the hash in the job's CID.
pub fn submit_mesh_job(json: &str) -> Option<i64> {
    match unsafe { host::host_submit_mesh_job(json.as_ptr(), json.len()) } {
        0 => None,
        job => Some(job),
    }
}

/// The full CID string of a job this run submitted.
pub fn job_id(job: i64, buffer: &mut [u8]) -> Option<&str> {
    let length = unsafe { host::host_get_job_id(job, buffer.as_mut_ptr(), buffer.len()) };
    if length == 0 { None } else { text(buffer, length) }
}

/// The DID the contract runs for, the creator of the job; 56 bytes for did:key.
pub fn caller(buffer: &mut [u8]) -> Option<&str> {
    let length = unsafe { host::host_get_caller(buffer.as_mut_ptr(), buffer.len()) };
    text(buffer, length)
}

/// Reputation of this node.
pub fn reputation() -> u64 {
    unsafe { host::host_get_reputation() as u64 }
}

/// Seconds since 1970; the same for the whole run.
pub fn now() -> i64 {
    unsafe { host::host_get_current_time() }
}

/// A line in the run's log.
pub fn log(level: Level, line: &str) {
    unsafe { host::host_log(level as i32, line.as_ptr(), line.len()) }
}

/// Why the last call was refused, as a number; 0 when it was not.
pub fn last_error_code() -> i32 {
    unsafe { host::host_last_error_code() }
}

/// Why the last call was refused, as a sentence; empty when it was not.
pub fn last_error(buffer: &mut [u8]) -> Option<&str> {
    let length = unsafe { host::host_last_error(buffer.as_mut_ptr(), buffer.len()) };
    text(buffer, length)
}

/// What the host wrote; a negative length says that there was too little room, and nothing was written.
fn text(buffer: &[u8], length: i32) -> Option<&str> {
    let written = buffer.get(..usize::try_from(length).ok()?)?;
    // The host writes UTF-8 only.
    Some(unsafe { core::str::from_utf8_unchecked(written) })
}

/// A line of text of up to 252 bytes, for `write!` and `log`; what does not fit is an error and leaves it as it was.
pub struct Line {
    text: [u8; 252],
    length: usize,
}

impl Line {
    pub const fn new() -> Self {
        Line { text: [0; 252], length: 0 }
    }

    pub fn as_str(&self) -> &str {
        // Made of whole strings.
        unsafe { core::str::from_utf8_unchecked(&self.text[..self.length]) }
    }
}

impl fmt::Write for Line {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let end = self.length + piece.len();
        let room = self.text.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(piece.as_bytes());
        self.length = end;
        Ok(())
    }
}
