//! One setup and proof of each of ICN's circuits (docs of icn-zk; public inputs in its order), by arkworks 0.4. The two
//! random numbers of a proof are kept, so that a prover elsewhere can be held to the same bytes.

use ark_bn254::{Bn254, Fr};
use ark_groth16::Groth16;
use ark_r1cs_std::fields::fp::FpVar;
use ark_r1cs_std::prelude::*;
use ark_relations::r1cs::{
    ConstraintSynthesizer, ConstraintSystem, ConstraintSystemRef, SynthesisError,
};
use ark_serialize::CanonicalSerialize;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{json, Value};

type Cs = ConstraintSystemRef<Fr>;
type Done = Result<(), SynthesisError>;

#[derive(Clone)]
struct Circuit {
    name: &'static str,
    public: Vec<u64>,
    witness: Vec<u64>,
}

fn input(cs: &Cs, value: u64) -> Result<FpVar<Fr>, SynthesisError> {
    FpVar::new_input(cs.clone(), || Ok(Fr::from(value)))
}

fn secret(cs: &Cs, value: u64) -> Result<FpVar<Fr>, SynthesisError> {
    FpVar::new_witness(cs.clone(), || Ok(Fr::from(value)))
}

/// `smaller` + k = `greater`.
fn ordered(cs: &Cs, smaller: FpVar<Fr>, greater: &FpVar<Fr>, difference: u64) -> Done {
    let k = secret(cs, difference)?;
    (smaller + k).enforce_equal(greater)
}

fn constant(value: u64) -> FpVar<Fr> {
    FpVar::Constant(Fr::from(value))
}

impl ConstraintSynthesizer<Fr> for Circuit {
    fn generate_constraints(self, cs: Cs) -> Done {
        let (p, w) = (&self.public, &self.witness);
        match self.name {
            "age_over_18" => {
                let birth = secret(&cs, w[0])?;
                let current = input(&cs, p[0])?;
                ordered(&cs, birth + constant(18), &current, p[0] - w[0] - 18)
            }
            "membership" => {
                let member = Boolean::new_input(cs.clone(), || Ok(p[0] == 1))?;
                member.enforce_equal(&Boolean::TRUE)
            }
            "membership_proof" => {
                let flag = Boolean::new_witness(cs.clone(), || Ok(w[0] == 1))?;
                let expected = Boolean::new_input(cs.clone(), || Ok(p[0] == 1))?;
                flag.enforce_equal(&expected)
            }
            "reputation" => {
                let reputation = input(&cs, p[0])?;
                ordered(&cs, constant(w[0]), &reputation, p[0] - w[0])
            }
            // Timestamp or balance between two bounds.
            "timestamp_validity" | "balance_range" => {
                let value = secret(&cs, w[0])?;
                let least = input(&cs, p[0])?;
                let most = input(&cs, p[1])?;
                ordered(&cs, least, &value, w[0] - p[0])?;
                ordered(&cs, value, &most, p[1] - w[0])
            }
            "age_rep_membership" => {
                let birth = secret(&cs, w[0])?;
                let current = input(&cs, p[0])?;
                ordered(&cs, birth + constant(18), &current, p[0] - w[0] - 18)?;
                let reputation = input(&cs, p[1])?;
                ordered(&cs, constant(w[1]), &reputation, p[1] - w[1])?;
                let member = Boolean::new_input(cs.clone(), || Ok(p[2] == 1))?;
                member.enforce_equal(&Boolean::TRUE)
            }
            _ => unreachable!(),
        }
    }
}

fn hex_of(item: &impl CanonicalSerialize) -> String {
    let mut bytes = Vec::new();
    item.serialize_compressed(&mut bytes).unwrap();
    hex::encode(bytes)
}

fn made(rng: &mut ChaCha20Rng, circuit: Circuit) -> Value {
    let system = ConstraintSystem::new_ref();
    circuit.clone().generate_constraints(system.clone()).unwrap();
    let key =
        Groth16::<Bn254>::generate_random_parameters_with_reduction(circuit.clone(), rng).unwrap();
    let prepared = ark_groth16::prepare_verifying_key(&key.vk);
    let inputs: Vec<Fr> = circuit.public.iter().map(|n| Fr::from(*n)).collect();
    let proofs: Vec<Value> = (0..2)
        .map(|_| {
            let (r, s) = (Fr::from(rng.gen::<u128>()), Fr::from(rng.gen::<u128>()));
            let proof =
                Groth16::<Bn254>::create_proof_with_reduction(circuit.clone(), &key, r, s).unwrap();
            assert!(Groth16::<Bn254>::verify_proof(&prepared, &proof, &inputs).unwrap());
            json!({ "r": hex_of(&r), "s": hex_of(&s), "proof": hex_of(&proof) })
        })
        .collect();
    json!({
        "circuit": circuit.name,
        "constraints": system.num_constraints(),
        "public": circuit.public,
        "witness": circuit.witness,
        "verifying_key": hex_of(&key.vk),
        "proving_key": hex_of(&key),
        "proofs": proofs,
    })
}

pub fn vectors() -> Value {
    let rng = &mut ChaCha20Rng::seed_from_u64(42);
    let circuits: Vec<Value> = [
        ("age_over_18", vec![2020], vec![2000]),
        ("membership", vec![1], vec![]),
        ("membership_proof", vec![1], vec![1]),
        ("reputation", vec![10], vec![5]),
        ("timestamp_validity", vec![1_600_000_000, 1_700_000_000], vec![1_650_000_000]),
        ("balance_range", vec![50, 100], vec![75]),
        ("age_rep_membership", vec![2020, 10, 1], vec![2000, 5]),
    ]
    .into_iter()
    .map(|(name, public, witness)| made(rng, Circuit { name, public, witness }))
    .collect();
    json!({ "made_with": "ark-groth16 0.4, ark-bn254 0.4 (scripts/vectors/zk)", "circuits": circuits })
}
