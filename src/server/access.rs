//! Who the peer of a connection is, and what it may call.
//!
//! On the Unix socket the kernel names the peer's user. The daemon's own user and root are `admin`
//! and choose their tenant; any other user that the socket's permissions admit (its group) is a
//! platform and a supervisor of the default tenant. Over TCP and HTTP a token decides; while no
//! token is configured these sockets listen on loopback only, and every peer is a platform and a
//! supervisor of the default tenant. Nobody is `admin` over TCP or HTTP. A token is bound to its
//! tenant on every transport.

use subtle::ConstantTimeEq;

use sha2::{Digest, Sha256};

use crate::config::{Config, DEFAULT_TENANT, Telephones, Token};
use crate::router::ids::Name;
use crate::router::reject::{Reject, RejectKind};
use crate::wire::method::{Kind, Method, Role};
use crate::wire::request::Token as Secret;

/// The transport a peer uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// The Unix socket, with the peer's user; `None` if the kernel did not report it.
    Unix {
        uid: Option<u32>,
    },
    Tcp,
    Http,
}

impl Via {
    /// Whether the peer is the daemon's own user or root on the Unix socket.
    pub fn is_operator(self) -> bool {
        matches!(self, Self::Unix { uid: Some(uid) } if is_operator(uid))
    }
}

/// What a peer may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    via: Via,
    /// Name of the peer in audit and ledger.
    pub actor: Name,
    pub roles: &'static [Role],
    /// The tenant the peer is bound to; `None` = it may choose.
    pub tenant: Option<Name>,
    /// The only agent the peer may act for.
    pub agent: Option<Name>,
    /// The agents whose telephones a platform holds.
    pub telephones: Telephones,
    /// Hash of the peer's token, to see whether a reload has removed it.
    pub token: Option<[u8; 32]>,
}

const HERE: &[Role] = &[Role::Platform, Role::Supervisor];

impl Access {
    /// What a peer may do before its first request; `None` = it must send a token first.
    pub fn on_arrival(via: Via, config: &Config) -> Option<Self> {
        let of_default = Some(Name::of(DEFAULT_TENANT));
        let (named, roles, tenant): (_, &'static [Role], _) = match via {
            Via::Unix { uid: Some(uid) } if is_operator(uid) => {
                (actor("uid", &uid.to_string()), &[Role::Admin], None)
            }
            Via::Unix { uid: Some(uid) } => (actor("uid", &uid.to_string()), HERE, of_default),
            Via::Unix { uid: None } => (Name::of("uid:unknown"), HERE, of_default),
            Via::Tcp | Via::Http if config.tokens.is_empty() => {
                (Name::of("loopback"), HERE, of_default)
            }
            Via::Tcp | Via::Http => return None,
        };
        Some(Self {
            via,
            actor: named,
            roles,
            tenant,
            agent: None,
            telephones: Telephones::All,
            token: None,
        })
    }

    /// What the holder of a token may do.
    pub fn by_token(via: Via, secret: &Secret, config: &Config) -> Result<Self, Reject> {
        let digest: [u8; 32] = Sha256::digest(secret.0.0.as_bytes()).into();
        let Some(token) = find(&digest, config) else {
            return Err(unauthorized("the token is not one of those configured"));
        };
        if token.role == Role::Admin && !matches!(via, Via::Unix { .. }) {
            return Err(Reject::forbidden(
                "session",
                "the role admin comes over the Unix socket only",
            ));
        }
        Ok(Self {
            via,
            actor: token_actor(token),
            roles: roles_of(token.role),
            tenant: Some(token.tenant.clone()),
            agent: token.agent.clone(),
            telephones: token.agents.clone(),
            token: Some(digest),
        })
    }

    /// Whether the peer was admitted by a token.
    pub fn is_by_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether these rights also follow from another configuration.
    pub fn still_holds(&self, config: &Config) -> bool {
        match &self.token {
            Some(digest) => find(digest, config).is_some_and(|token| {
                self.roles == roles_of(token.role)
                    && self.tenant.as_ref() == Some(&token.tenant)
                    && self.agent == token.agent
                    && self.telephones == token.agents
            }),
            None => matches!(self.via, Via::Unix { .. }) || config.tokens.is_empty(),
        }
    }

    /// The tenant for a session that asks for `wanted`, or a refusal.
    pub fn choose_tenant(&self, wanted: Option<&Name>) -> Result<Name, Reject> {
        match (&self.tenant, wanted) {
            (Some(own), Some(wanted)) if own != wanted => {
                let message = if self.token.is_some() {
                    "the token belongs to another tenant: leave `tenant` out"
                } else {
                    "only the daemon's own user and root choose a tenant, on the Unix socket: show \
                     a token of that tenant"
                };
                Err(Reject::forbidden("tenant", message)
                    .with_id(wanted)
                    .in_field("tenant"))
            }
            (Some(own), _) => Ok(own.clone()),
            (None, Some(wanted)) => Ok(wanted.clone()),
            (None, None) => Ok(Name::of(DEFAULT_TENANT)),
        }
    }

    /// Refuses a method that none of the peer's roles may call.
    pub fn check(&self, method: &Method) -> Result<(), Reject> {
        if self.roles.iter().any(|role| method.allows(*role)) {
            return Ok(());
        }
        let own: Vec<&str> = self.roles.iter().map(|role| role.as_str()).collect();
        let others: Vec<&str> = method.roles.iter().map(|role| role.as_str()).collect();
        let message = format!(
            "{} is not for the role {}: it is for {}",
            method.name,
            own.join(" and "),
            others.join(", ")
        );
        Err(Reject::forbidden("method", message).with_id(&Name::of(method.name)))
    }

    /// Whether a call of this method is audited. Peers with a supervisor or admin token are people,
    /// so all their changes are audited; other peers with the same roles may be platforms, so only
    /// what a platform may not do is audited.
    pub fn is_audited(&self, method: &Method) -> bool {
        let leads = |role: &Role| matches!(role, Role::Supervisor | Role::Admin);
        let is_act = method.kind == Kind::Mutation || method.roles == [Role::Admin];
        is_act
            && self.roles.iter().any(leads)
            && (self.token.is_some() || !method.allows(Role::Platform))
    }

    /// Whether the peer is a platform and nothing else.
    pub fn is_platform_only(&self) -> bool {
        self.roles == [Role::Platform]
    }

    /// Whether the peer may read figures only.
    pub fn reads_figures_only(&self) -> bool {
        self.roles == [Role::Ops]
    }

    /// Whether the peer may submit contacts, so that contacts can belong to its sessions.
    pub fn brings_contacts(&self) -> bool {
        let brings = |role: &Role| match role {
            Role::Platform | Role::Supervisor | Role::Admin => true,
            Role::Agent | Role::Ops => false,
        };
        self.roles.iter().any(brings)
    }
}

/// The configured token that a secret matches.
pub fn token_of<'a>(secret: &Secret, config: &'a Config) -> Option<&'a Token> {
    let digest: [u8; 32] = Sha256::digest(secret.0.0.as_bytes()).into();
    find(&digest, config)
}

pub fn unauthorized(message: &str) -> Reject {
    Reject::plain(RejectKind::Unauthorized, "session", message).in_field("token")
}

/// The token with that hash. Compares with every token in constant time.
fn find<'a>(digest: &[u8; 32], config: &'a Config) -> Option<&'a Token> {
    let mut found = None;
    for token in &config.tokens {
        if bool::from(token.digest().ct_eq(digest)) {
            found = Some(token);
        }
    }
    found
}

/// The name of the holder of a token in audit and ledger.
pub fn token_actor(token: &Token) -> Name {
    actor("token", token.name.as_str())
}

/// The name of a peer, such as `token:pbx` or `uid:1000`.
fn actor(kind: &str, name: &str) -> Name {
    // A token's name may itself be as long as a name can be.
    Name::new(&format!("{kind}:{name}")).unwrap_or_else(|_| Name::of(name))
}

fn is_operator(uid: u32) -> bool {
    uid == 0 || uid == rustix::process::getuid().as_raw()
}

const fn roles_of(role: Role) -> &'static [Role] {
    match role {
        Role::Platform => &[Role::Platform],
        Role::Agent => &[Role::Agent],
        Role::Supervisor => &[Role::Supervisor],
        Role::Ops => &[Role::Ops],
        Role::Admin => &[Role::Admin],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(via: Via, tenant: &str) -> Result<Name, RejectKind> {
        let config = Config::default();
        let access = Access::on_arrival(via, &config).expect("no token is configured");
        let tenant = access.choose_tenant(Some(&Name::of(tenant)));
        tenant.map_err(|refusal| refusal.kind)
    }

    #[test]
    fn only_the_daemons_own_user_and_root_choose_a_tenant() {
        let own = rustix::process::getuid().as_raw();
        for uid in [0, own] {
            let acme = wants(Via::Unix { uid: Some(uid) }, "acme");
            assert_eq!(acme, Ok(Name::of("acme")));
        }
        let member = Via::Unix {
            uid: Some(own.wrapping_add(4_242)),
        };
        for via in [member, Via::Unix { uid: None }, Via::Tcp, Via::Http] {
            assert_eq!(wants(via, "acme"), Err(RejectKind::Forbidden), "{via:?}");
            assert_eq!(wants(via, DEFAULT_TENANT), Ok(Name::of(DEFAULT_TENANT)));
        }
    }
}
