//! Range proofs under ICN's transcript label, proof and commitment one after another as ICN writes them.

use bulletproofs::{BulletproofGens, PedersenGens, RangeProof};
use curve25519_dalek::scalar::Scalar;
use merlin::Transcript;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{json, Value};

const LABEL: &[u8] = b"ZkCredentialProof";

fn proof(rng: &mut ChaCha20Rng, label: &'static [u8], values: &[u64], blindings: &[Scalar], bits: usize) -> Vec<u8> {
    let gens = BulletproofGens::new(64, values.len());
    let (proof, commitments) = RangeProof::prove_multiple_with_rng(
        &gens,
        &PedersenGens::default(),
        &mut Transcript::new(label),
        values,
        blindings,
        bits,
        rng,
    )
    .unwrap();
    let mut bytes = proof.to_bytes();
    for commitment in commitments {
        bytes.extend_from_slice(commitment.as_bytes());
    }
    bytes
}

/// What ICN's verifier says of the bytes.
pub fn holds(bytes: &[u8]) -> bool {
    if bytes.len() < 32 {
        return false;
    }
    let (proof, commitment) = bytes.split_at(bytes.len() - 32);
    let Ok(proof) = RangeProof::from_bytes(proof) else { return false };
    let commitment = curve25519_dalek::ristretto::CompressedRistretto(commitment.try_into().unwrap());
    proof
        .verify_single(
            &BulletproofGens::new(64, 1),
            &PedersenGens::default(),
            &mut Transcript::new(LABEL),
            &commitment,
            64,
        )
        .is_ok()
}

fn transcripts() -> Value {
    let mut simple = Transcript::new(b"test protocol");
    simple.append_message(b"some label", b"some data");
    let mut first = [0u8; 32];
    simple.challenge_bytes(b"challenge", &mut first);

    let mut long = Transcript::new(b"test protocol");
    long.append_message(b"step1", b"some data");
    let data = [99u8; 1024];
    let mut last = [0u8; 32];
    for _ in 0..32 {
        long.challenge_bytes(b"challenge", &mut last);
        long.append_message(b"bigdata", &data);
        long.append_message(b"challengedata", &last);
    }
    json!({ "simple": hex::encode(first), "long": hex::encode(last) })
}

pub fn vectors() -> Value {
    let rng = &mut ChaCha20Rng::seed_from_u64(64);
    let mut cases: Vec<(&str, u64, Scalar)> = vec![
        ("zero", 0, Scalar::random(rng)),
        ("one", 1, Scalar::random(rng)),
        ("42, which ICN always proves", 42, Scalar::random(rng)),
        ("2^63", 1 << 63, Scalar::random(rng)),
        ("2^64 - 1", u64::MAX, Scalar::random(rng)),
        ("zero without blinding: the commitment is the identity", 0, Scalar::ZERO),
        ("without blinding", 7, Scalar::ZERO),
    ];
    for _ in 0..5 {
        cases.push(("random", rng.gen(), Scalar::random(rng)));
    }
    let valid: Vec<Value> = cases
        .iter()
        .map(|(name, value, blinding)| {
            let bytes = proof(rng, LABEL, &[*value], &[*blinding], 64);
            assert!(holds(&bytes));
            json!({
                "name": name,
                "value": value.to_string(),
                "blinding": hex::encode(blinding.as_bytes()),
                "proof": hex::encode(bytes),
            })
        })
        .collect();

    let blinding = Scalar::random(rng);
    let two = [Scalar::random(rng), Scalar::random(rng)];
    let invalid: Vec<Value> = [
        ("another transcript label", proof(rng, b"another", &[42], &[blinding], 64)),
        ("32 bits", proof(rng, LABEL, &[42], &[blinding], 32)),
        ("two values", proof(rng, LABEL, &[1, 2], &two, 64)),
    ]
    .into_iter()
    .map(|(name, bytes)| {
        assert!(!holds(&bytes));
        json!({ "name": name, "proof": hex::encode(bytes) })
    })
    .collect();

    json!({
        "made_with": "bulletproofs 5.0.0, merlin 3.0.0 (scripts/vectors/zk)",
        "merlin": transcripts(),
        "blinding_base": hex::encode(PedersenGens::default().B_blinding.compress().as_bytes()),
        "valid": valid,
        "invalid": invalid,
    })
}
