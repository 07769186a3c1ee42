"""How a command is carried out, each once: what was done before is found, races are run again."""

from collections.abc import Sequence
from uuid import UUID

from eventsourcing.persistence import IntegrityError
from msgspec.structs import replace

from command_api.commands import AnyCommand, OneCommand, Publish, Register
from command_api.decider import Decider, Decision
from command_api.errors import HandleTaken, KeyUsedOtherwise, TooMuchContention
from command_api.event_store.command_records import CommandRecord, CommandStands
from command_api.event_store.group_commit import Append
from command_api.event_store.mapper import EventMapper
from command_api.event_store.recorder import GroupCommitRecorder
from command_api.outcomes import CarriedOut
from domain.errors import SlackwaterError
from domain.sealing import PersonKey
from edge.traces import current_traceparent

DECISION_TRIES_MAX = 5
"""A decision that lost a race is taken again on fresh facts, this often at most."""


class Execution:
    """Safe to share by threads. Raises the library's PersistenceError if the store is away."""

    def __init__(self, recorder: GroupCommitRecorder, decider: Decider) -> None:
        self._recorder = recorder
        self._decider = decider
        self._mapper = EventMapper()

    def of(self, command: OneCommand, *, tried: bool) -> CarriedOut[OneCommand]:
        """One command. Raises what the rules refuse, KeyUsedOtherwise, TooMuchContention."""
        remember = command.keyed or tried
        if remember and (record := self._recorder.select_commands([command.id]).get(command.id)):
            return _as_recorded(command, record)
        try:
            return self._settle(command, tried=tried, remember=remember)
        except CommandStands as stands:
            return _as_recorded(command, stands.record)

    async def of_unasked(self, command: Publish) -> int | None:
        """Where a new post without a key is done, for a caller on an event loop: nothing is read
        before it is appended. None: it was not tried, since something has to be.

        Raises what the recorder's `append_awaited` raises. After IntegrityError `of` carries it
        out: the conflict is with another who was given the author's number, or with itself.
        """
        assert not command.keyed, "what it did before has to be looked for"
        decision = self._decider.decide_unasked(command)
        if decision is None:
            return None
        append = self._append_of(command, decision, remember=False)
        return (await self._recorder.append_awaited(append))[-1]

    def of_many(self, commands: Sequence[AnyCommand]) -> dict[UUID, int]:
        """Commands that do not depend on each other, tried before or not, in one transaction and
        in their order. Returns where those are done that it carried out.

        Of the others `of` tells what they did before, why they are refused, or how they end after
        a race that they have lost.
        """
        standing = self._recorder.select_commands([command.id for command in commands])
        appends: dict[UUID, Append] = {}
        for command in commands:
            if command.id not in standing and (append := self._first_try(command)):
                appends[command.id] = append
        if appends:
            self._recorder.append_together(list(appends.values()))
        done: dict[UUID, int] = {}
        for command in commands:
            append = appends.get(command.id)
            if append is not None and append.positions.exception() is None:
                done[command.id] = self._position_of(command, append, append.positions.result())
        return done

    def _first_try(self, command: AnyCommand) -> Append | None:
        try:
            # What makes its subject needs no look: if it was stored, its place is taken.
            if not command.MAKES_SUBJECT and self._decider.made_by(command):
                return None
            return self._append_of(command, self._decider.decide(command), remember=True)
        except SlackwaterError:  # it is told why when it is carried out alone
            return None

    def _settle(
        self, command: OneCommand, *, tried: bool, remember: bool
    ) -> CarriedOut[OneCommand]:
        for _ in range(DECISION_TRIES_MAX):
            if tried and (made := self._decider.made_by(command)):
                return CarriedOut(replace(command, at=made.at), made.position)
            decision = self._decider.decide(command)
            try:
                return CarriedOut(command, self._append(command, decision, remember=remember))
            except IntegrityError:
                if isinstance(command, Register) and not self._decider.made_by(command):
                    # Without the handle: a journal keeps this longer than what was asked for.
                    raise HandleTaken("this handle is taken; choose another") from None
                tried = True
                self._decider.forget_people(command)
        raise TooMuchContention("others are changing the same thing at once; try again")

    def _append(self, command: AnyCommand, decision: Decision, *, remember: bool) -> int:
        """Stores the events as one and returns the position of the last. Raises IntegrityError."""
        append = self._append_of(command, decision, remember=remember)
        positions = self._recorder.append(append)
        return self._position_of(command, append, positions) if positions else decision.position

    def _append_of(self, command: AnyCommand, decision: Decision, *, remember: bool) -> Append:
        events = [self._mapper.to_stored_event(event, decision.key) for event in decision.events]
        record = None
        if remember:
            record = CommandRecord(
                id=command.id,
                person=command.person,
                subject=command.subject,
                fingerprint=command.fingerprint(),
                accepted_at=command.at,
                position=decision.position,
            )
        return Append(
            events,
            record,
            decision.assumed,
            key=decision.new_key,
            erases=decision.erases,
            key_epoch=decision.key_epoch,
            traceparent=current_traceparent(),
        )

    def _position_of(self, command: AnyCommand, append: Append, positions: Sequence[int]) -> int:
        if not positions:  # it has changed nothing
            assert append.record is not None
            return append.record.position
        if isinstance(command, Register):
            key = PersonKey(append.key) if append.key else None
            self._decider.learn(command.subject, positions[-1], key)
        return positions[-1]


def _as_recorded(command: OneCommand, record: CommandRecord) -> CarriedOut[OneCommand]:
    """What the command did under this id. Raises KeyUsedOtherwise if it was another one."""
    if record.fingerprint != command.fingerprint():
        raise KeyUsedOtherwise
    first = replace(command, person=record.person, subject=record.subject, at=record.accepted_at)
    return CarriedOut(first, record.position)
