//! Writes the valid input of every parser into its corpus, to begin from.

#[path = "../../src/parsers.rs"]
mod parsers;

fn main() -> std::io::Result<()> {
    for parser in parsers::PARSERS {
        let folder = std::path::Path::new("corpus").join(parser.name);
        std::fs::create_dir_all(&folder)?;
        let seed = (parser.seed)();
        parsers::run(parser.name, &seed);
        std::fs::write(folder.join("valid"), seed)?;
    }
    Ok(())
}
