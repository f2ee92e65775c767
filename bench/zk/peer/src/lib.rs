//! `verify` and `prove` over one buffer of 704 bytes, proof and commitment as ICN writes them.

use bulletproofs::{BulletproofGens, PedersenGens, RangeProof};
use curve25519_dalek::{ristretto::CompressedRistretto, scalar::Scalar};
use merlin::Transcript;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

const SIZE: usize = 704;
static mut BUFFER: [u8; SIZE] = [0; SIZE];
static mut GENS: Option<BulletproofGens> = None;

#[no_mangle]
pub extern "C" fn buffer() -> *mut u8 {
    &raw mut BUFFER as *mut u8
}

fn gens() -> &'static BulletproofGens {
    let gens = unsafe { &mut *(&raw mut GENS) };
    gens.get_or_insert_with(|| BulletproofGens::new(64, 1))
}

#[no_mangle]
pub extern "C" fn verify(seed: u64) -> u32 {
    let bytes = unsafe { &*(&raw const BUFFER) };
    let Ok(proof) = RangeProof::from_bytes(&bytes[..SIZE - 32]) else { return 0 };
    let commitment = CompressedRistretto(bytes[SIZE - 32..].try_into().unwrap());
    let mut transcript = Transcript::new(b"ZkCredentialProof");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let pedersen = PedersenGens::default();
    proof
        .verify_single_with_rng(gens(), &pedersen, &mut transcript, &commitment, 64, &mut rng)
        .is_ok() as u32
}

#[no_mangle]
pub extern "C" fn prove(value: u64, blinding: u64, seed: u64) {
    let mut transcript = Transcript::new(b"ZkCredentialProof");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let (pedersen, blinding) = (PedersenGens::default(), Scalar::from(blinding));
    let (proof, commitment) =
        RangeProof::prove_single_with_rng(gens(), &pedersen, &mut transcript, value, &blinding, 64, &mut rng)
            .unwrap();
    let bytes = unsafe { &mut *(&raw mut BUFFER) };
    bytes[..SIZE - 32].copy_from_slice(&proof.to_bytes());
    bytes[SIZE - 32..].copy_from_slice(commitment.as_bytes());
}
