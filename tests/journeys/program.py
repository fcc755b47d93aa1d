"""A program with an API key, calling the started product over HTTP."""

import httpx

from tests.journeys.world import until


class Program:
    """Calls `/api/v1/` as one member of the demo workspace."""

    def __init__(self, stack, email="manager@demo.test"):
        """Makes a key on the command line, as an operator would."""
        key = stack.manage("create_api_key", "--workspace", "demo", "--user", email).strip()
        self.client = httpx.Client(
            base_url=f"{stack.url}/api/v1/",
            headers={"Authorization": f"Bearer {key}"},
            timeout=20.0,
            trust_env=False,
        )

    def __enter__(self):
        """Closed at the end."""
        return self

    def __exit__(self, *_):
        """Lets its connections go."""
        self.client.close()

    def get(self, path, **params):
        """The JSON of a resource."""
        answer = self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path, data=None):
        """The answer to a write, whatever it is."""
        return self.client.post(path, json=data or {})

    def conversations(self, number):
        """The conversations with this number."""
        return self.get("conversations/", search=number)["results"]

    def conversation(self, number, seconds=30.0):
        """The one conversation with this number, as soon as there is one."""
        [found] = until(lambda: self.conversations(number), seconds)
        return found

    def messages(self, number):
        """All messages with this number, oldest first; none while there is no conversation."""
        found = self.conversations(number)
        if not found:
            return []
        rows: list[dict] = []
        path = f"conversations/{found[0]['id']}/messages/"
        while path:
            page = self.get(path)
            rows, path = rows + page["results"], page["next"]
        return rows[::-1]

    def lead(self, number):
        """The lead of this number's conversation."""
        return self.get(f"leads/{self.conversation(number)['lead']}/")

    def heard(self, number):
        """What this person said, as the product has it."""
        return [row["text"] for row in self.messages(number) if row["direction"] == "in"]

    def answered(self, number):
        """Has everything this person said been answered, and everything due to them been sent?"""
        rows = self.messages(number)
        return (
            bool(rows) and rows[-1]["direction"] == "out" and not [r for r in rows if r["status"] == "queued"]
        )
