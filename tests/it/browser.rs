//! A Chromium without a window, driven over its DevTools protocol.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    time::{Instant, sleep, timeout},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// How long anything in the browser may take, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-port=0",
    "--window-size=1440,900",
    // Names resolve to nothing, so that a request to another host fails and is seen.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// A browser with one page.
pub(crate) struct Browser {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The page's session; its workers have their own.
    page: String,
    calls: u64,
    /// What the page and its workers reported so far.
    events: Vec<Value>,
    _process: Process,
    _profile: TempDir,
}

/// A process that does not outlive its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where Chromium is, if it is installed. `URVAL_CHROMIUM` names one that is elsewhere.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(path) = env::var_os("URVAL_CHROMIUM") {
        return Some(path.into());
    }
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut paths =
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    paths.find(|path| path.is_file())
}

/// Where the browser listens; it leaves a note in its profile when it is ready.
async fn address(profile: &Path) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let note = fs::read_to_string(profile.join("DevToolsActivePort")).unwrap_or_default();
        if let Some((port, path)) = note.split_once('\n')
            && !path.is_empty()
        {
            return format!("ws://127.0.0.1:{port}{path}");
        }
        assert!(Instant::now() < deadline, "the browser does not start");
        sleep(Duration::from_millis(50)).await;
    }
}

impl Browser {
    pub(crate) async fn launch(program: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let process = Command::new(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let process = Process(process);
        let url = address(profile.path()).await;
        let (socket, _) = connect_async(url).await.unwrap();
        let mut browser = Self {
            socket,
            page: String::new(),
            calls: 0,
            events: Vec::new(),
            _process: process,
            _profile: profile,
        };
        browser.attach().await;
        browser
    }

    async fn attach(&mut self) {
        let target = self.call("Target.createTarget", json!({ "url": "about:blank" })).await;
        let params = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.call("Target.attachToTarget", params).await;
        self.page = session["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page", "Network", "Log", "Runtime"] {
            self.call(&format!("{domain}.enable"), json!({})).await;
        }
        let workers =
            json!({ "autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true });
        self.call("Target.setAutoAttach", workers).await;
    }

    pub(crate) async fn open(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": url })).await;
    }

    /// The value of an expression in the page.
    pub(crate) async fn evaluate(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true });
        let mut result = self.call("Runtime.evaluate", params).await;
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].take()
    }

    /// Waits until an expression in the page is true.
    pub(crate) async fn wait_until(&mut self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.evaluate(&format!("!!({expression})")).await != true {
            if deadline < Instant::now() {
                let text = self.evaluate("document.body.innerText").await;
                panic!("never true: {expression}\nreported: {:?}\n{text}", self.complaints());
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Presses and releases a key, with the Control key held if asked.
    pub(crate) async fn press(&mut self, key: &str, code: u32, control: bool) {
        for kind in ["rawKeyDown", "keyUp"] {
            let params = json!({
                "type": kind,
                "key": key,
                "windowsVirtualKeyCode": code,
                "modifiers": if control { 2 } else { 0 },
            });
            self.call("Input.dispatchKeyEvent", params).await;
        }
    }

    /// Pastes text where the cursor is; typed, the editor would add brackets of its own.
    pub(crate) async fn paste(&mut self, text: &str) {
        let paste = format!(
            "{{ const clipboardData = new DataTransfer();
                clipboardData.setData('text/plain', {text:?});
                const event = {{ clipboardData, bubbles: true, cancelable: true }};
                document.activeElement.dispatchEvent(new ClipboardEvent('paste', event)); }}"
        );
        self.evaluate(&paste).await;
    }

    /// Takes a picture of the page as PNG.
    pub(crate) async fn picture(&mut self) -> Vec<u8> {
        let picture = self.call("Page.captureScreenshot", json!({ "format": "png" })).await;
        BASE64_STANDARD.decode(picture["data"].as_str().unwrap()).unwrap()
    }

    /// Every address that the page and its workers asked for, sockets included.
    pub(crate) fn requested(&self) -> Vec<&str> {
        let urls = self.events.iter().filter_map(|event| match event["method"].as_str() {
            Some("Network.requestWillBeSent") => event["params"]["request"]["url"].as_str(),
            Some("Network.webSocketCreated") => event["params"]["url"].as_str(),
            _ => None,
        });
        urls.collect()
    }

    /// Errors and warnings on the console, violations of the security policy among them.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let is_complaint = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Runtime.consoleAPICalled") => {
                matches!(event["params"]["type"].as_str(), Some("error" | "warning" | "assert"))
            }
            Some("Log.entryAdded") => {
                matches!(event["params"]["entry"]["level"].as_str(), Some("error" | "warning"))
            }
            _ => false,
        };
        self.events.iter().filter(is_complaint).map(ToString::to_string).collect()
    }

    async fn call(&mut self, method: &str, params: Value) -> Value {
        let page = self.page.clone();
        let id = self.send(&page, method, params).await;
        let answer = timeout(PATIENCE, async {
            loop {
                let message = self.socket.next().await.unwrap().unwrap();
                let Message::Text(text) = message else { continue };
                let message: Value = serde_json::from_str(&text).unwrap();
                if message["id"] == id {
                    return message;
                }
                self.note(message).await;
            }
        });
        let mut answer = answer.await.unwrap_or_else(|_| panic!("no answer to {method}"));
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].take()
    }

    /// Keeps an event, and has new workers report theirs.
    async fn note(&mut self, event: Value) {
        if event["method"] == "Target.attachedToTarget"
            && let Some(worker) = event["params"]["sessionId"].as_str()
            && worker != self.page
        {
            for domain in ["Network", "Log", "Runtime"] {
                self.send(worker, &format!("{domain}.enable"), json!({})).await;
            }
        }
        self.events.push(event);
    }

    async fn send(&mut self, session: &str, method: &str, params: Value) -> u64 {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        self.socket.send(Message::text(message.to_string())).await.unwrap();
        self.calls
    }
}
