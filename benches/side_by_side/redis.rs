//! Redis as the other server: SET requests and replies for the same load generator.

use firsthand::bench::{Heard, Talk};

/// One connection that sets a new key with each request, as each submission is a new contact.
#[derive(Debug)]
pub struct Set {
    connection: usize,
    keys: u64,
}

impl Set {
    pub fn new(connection: usize) -> Self {
        Self {
            connection,
            keys: 0,
        }
    }
}

/// As long as a submission's members beside the contact.
const VALUE: &str = "tel:+8613800138000 billing voice";

impl Talk for Set {
    fn ask(&mut self, out: &mut Vec<u8>) -> bool {
        self.keys += 1;
        let key = format!("contact:{}-{}", self.connection, self.keys);
        let request = format!(
            "*3\r\n$3\r\nSET\r\n${}\r\n{key}\r\n${}\r\n{VALUE}\r\n",
            key.len(),
            VALUE.len()
        );
        out.extend_from_slice(request.as_bytes());
        true
    }

    fn hear(&mut self, input: &[u8]) -> Option<Heard> {
        let end = input.iter().position(|byte| *byte == b'\n')?;
        let line = &input[..=end];
        let refusal = (line != b"+OK\r\n").then(|| String::from_utf8_lossy(line).into_owned());
        Some(Heard {
            bytes: line.len(),
            refusal,
        })
    }
}
