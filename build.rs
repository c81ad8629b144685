//! Bundles the web explorer with npm, where Node.js is installed, and hands it over for embedding.
//!
//! The server builds without it too: then `/` says how to get the explorer.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

/// What the bundle is made from, inside `web/`.
const SOURCES: [&str; 6] =
    ["index.html", "package.json", "package-lock.json", "src", "tsconfig.json", "vite.config.ts"];

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let web = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("web");
    let embedded = PathBuf::from(env::var("OUT_DIR")?).join("explorer");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=URVAL_SKIP_WEB");
    for source in SOURCES {
        println!("cargo:rerun-if-changed=web/{source}");
    }

    let skipped = env::var_os("URVAL_SKIP_WEB").is_some_and(|value| value != "0");
    if !skipped && let Err(err) = bundle(&web) {
        println!("cargo:warning=The web explorer is left out or out of date: {err}");
    }
    // The folder to embed has to be there, if only as an empty one.
    if embedded.exists() {
        fs::remove_dir_all(&embedded)?;
    }
    fs::create_dir_all(&embedded)?;
    if web.join("dist").exists() {
        copy(&web.join("dist"), &embedded)?;
    }
    Ok(())
}

/// Brings `web/dist` up to date.
fn bundle(web: &Path) -> Result<()> {
    // Two builds at a time, say of an editor and of a terminal, would trip over each other.
    let lock = fs::File::create(web.join(".build.lock"))?;
    lock.lock()?;

    if !is_stale(web)? {
        return Ok(());
    }
    let wanted = newest(&web.join("package-lock.json"))?;
    // npm leaves this note when it is done.
    let installed = newest(&web.join("node_modules/.package-lock.json"));
    if !installed.is_ok_and(|installed| wanted <= installed) {
        npm(web, &["ci", "--no-audit", "--no-fund", "--prefer-offline"])?;
    }
    npm(web, &["run", "build"])
}

/// Whether a source is newer than the bundle, or there is none.
fn is_stale(web: &Path) -> Result<bool> {
    let Ok(bundle) = fs::metadata(web.join("dist/index.html")) else { return Ok(true) };
    let bundled = bundle.modified()?;
    for source in SOURCES {
        if bundled < newest(&web.join(source))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// When a file, or the last of a folder's files, was changed.
fn newest(path: &Path) -> io::Result<SystemTime> {
    let mut newest = fs::metadata(path)?.modified()?;
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            newest = newest.max(self::newest(&entry?.path())?);
        }
    }
    Ok(newest)
}

/// Runs npm quietly; what it printed shows in the error only.
fn npm(web: &Path, args: &[&str]) -> Result<()> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let run = Command::new(program).args(args).current_dir(web).output();
    let output = run.map_err(|err| format!("npm does not run ({err}); install Node.js 20.19+"))?;
    if output.status.success() {
        return Ok(());
    }
    let printed = String::from_utf8_lossy(&output.stderr);
    // A warning is one line.
    let printed: Vec<&str> = printed.lines().filter(|line| !line.trim().is_empty()).collect();
    let printed = printed[printed.len().saturating_sub(5)..].join(" / ");
    Err(format!("`npm {}` failed: {printed}", args.join(" ")).into())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
