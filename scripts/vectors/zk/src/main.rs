mod bulletproof;
mod circuits;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("check") {
        for line in std::io::stdin().lines() {
            println!("{}", bulletproof::holds(&hex::decode(line.unwrap().trim()).unwrap()));
        }
        return;
    }
    let vectors = match std::env::args().nth(1).as_deref() {
        Some("bulletproofs") => bulletproof::vectors(),
        Some("groth16") => circuits::vectors(),
        _ => {
            eprintln!("Name what to make: bulletproofs or groth16; or check, with range proofs in hexadecimal, a line each, at standard input.");
            std::process::exit(2)
        }
    };
    println!("{}", serde_json::to_string_pretty(&vectors).unwrap());
}
