//! The stored form of a queue's policy and a tenant's settings. Only options and lists may be
//! absent, so no default needs to be frozen.

use crate::calendar::Zone;
use crate::router::api::booking::Booking;
use crate::router::api::by_customer::{ByCustomer, SkillPattern};
use crate::router::api::callbacks::Callbacks;
use crate::router::api::codes::{MailCase, NoAgentCounts};
use crate::router::api::command::{QueueRef, QueueSet, SettingsPatch};
use crate::router::api::identities::Identities;
use crate::router::api::ids::{Name, Text};
use crate::router::api::policy::{
    ChannelRule, Level, Overflow, OwnerWait, Ownership, Policy, Priority, Retry, ServiceLevel,
    Settings, Step,
};
use crate::router::api::tenant_zone::TenantZone;
use crate::router::api::ticket::TicketPolicy;
use crate::stored::{Error, Reader, Stored, Writer, as_inner, stored};

as_inner! { Level(u8), Priority(i32), SkillPattern(Text), TenantZone(Zone) }

impl Stored for Identities {
    fn write(&self, out: &mut Writer<'_>) {
        self.as_slice().to_vec().write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        Vec::<Name>::read(from).map(Self::new)
    }
}

stored! { QueueSet { 1 queue, 2 policy } }
stored! { QueueRef { 1 queue } }

stored! {
    Policy {
        1 requires,
        2 strategy,
        3 priority,
        4 age_priority_ms,
        5 ring_ms,
        6 parallel_offers,
        7 max_missed,
        8 retry,
        9 steps,
        10 max_wait_ms,
        11 max_waiting,
        12 no_agent_ms,
        13 overflow,
        14 resume_ms,
        15 wrap_up_ms,
        16 service_level,
        17 calendar,
        18 ownership,
        19 max_in_system,
        20 booking,
        21 ticket,
        22 no_agent_counts = NoAgentCounts::LoggedIn,
        70 pull = false,
        23 parallel_round = false,
        71 callback = Callbacks::default(),
    }
}
stored! { Retry { 1 declined_ms, 2 busy_ms, 3 unreachable_ms, 4 no_answer_ms } }
stored! { Step { 1 after_ms, 2 requires, 3 drop, 4 widen } }
stored! { Overflow { 1 to, 2 action } }
stored! { ServiceLevel { 1 within_ms, 2 target } }
stored! { OwnerWait { 1 busy_ms, 2 wrap_up_ms, 3 break_ms, 4 offline_ms } }
stored! {
    Ownership {
        1 mode,
        2 wait,
        3 fallback,
        4 own_first,
        5 overtake_ms,
        6 owner_skill_check,
        7 min_handle_ms,
        8 affinity_ms,
        9 key,
        10 hold,
    }
}
stored! { Callbacks { 1 attempts, 2 every_ms } }
stored! { Booking { 1 slot_ms, 2 capacity, 3 ahead_ms } }
stored! { TicketPolicy { 1 prefix, 2 digits, 3 from, 4 reset, 5 day_starts_ms } }

stored! { ChannelRule { 1 exclusive, 2 capacity, 3 live } }
stored! {
    ByCustomer {
        1 tier,
        2 special_care,
        3 language_skill,
        4 grid_skill,
        5 wish_wait_ms,
        6 grids,
    }
}
stored! {
    Settings {
        1 pick,
        2 max_in_system,
        3 lease_ms,
        4 repeat_supervise,
        5 repeat_window_ms,
        6 close_after_ms,
        7 channels,
        8 keep_ended_ms,
        9 keep_ended_max,
        10 keep_keys_ms,
        11 keep_keys_max,
        12 by_customer,
        17 zone = TenantZone::default(),
        13 platform_grace_ms = Settings::PLATFORM_GRACE_MS,
        20 country,
        21 nobody = Identities::nobody(),
        22 shared = Identities::default(),
        23 mail_case = MailCase::Lower,
        24 sip_is_tel = false,
        14 bound_grace_ms = Settings::BOUND_GRACE_MS,
    }
}
stored! {
    SettingsPatch {
        1 pick,
        2 max_in_system,
        3 lease_ms,
        4 repeat_supervise,
        5 repeat_window_ms,
        6 close_after_ms,
        7 channels,
        8 keep_ended_ms,
        9 keep_ended_max,
        10 keep_keys_ms,
        11 keep_keys_max,
        12 by_customer,
        17 zone,
        13 platform_grace_ms,
        20 country,
        21 nobody,
        22 shared,
        23 mail_case,
        24 sip_is_tel,
        14 bound_grace_ms,
    }
}
