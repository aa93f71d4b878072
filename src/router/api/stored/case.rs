//! The stored form of the commands about cases, kinds and calendars.

use crate::router::api::command::{
    CalendarRef, CalendarSet, CaseAct, CaseAdvance, CaseAssist, CaseAssistDone, CaseExtend,
    CaseFollowUp, CaseHandover, CaseNote, CaseOpen, CaseWait, KindRef, KindSet,
};
use crate::stored::stored;

stored! { CaseOpen { 1 case, 2 customer, 3 topic, 4 kind, 5 owner, 30 of_nobody = false } }
stored! { CaseNote { 1 case, 2 text, 3 by } }
stored! { CaseAct { 1 case, 2 by, 3 note } }
stored! { CaseHandover { 1 case, 2 owner, 3 to, 4 reason, 5 by } }
stored! { CaseAssist { 1 case, 2 agent, 3 queue, 4 request, 5 due_ms, 6 due, 7 by } }
stored! { CaseAssistDone { 1 case, 2 assist, 3 result, 4 by } }
stored! { CaseWait { 1 case, 2 on, 3 until_at, 4 by } }
stored! { CaseAdvance { 1 case, 2 stage, 3 by } }
stored! { CaseExtend { 1 case, 2 stage, 3 to_at, 4 reason, 5 by } }
stored! { CaseFollowUp { 1 case, 2 result, 3 score, 4 by } }

stored! { KindSet { 1 kind, 2 rules } }
stored! { KindRef { 1 kind } }
stored! { CalendarSet { 1 calendar, 2 rules } }
stored! { CalendarRef { 1 calendar } }
