import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { ApolloProvider, useQuery } from '@apollo/client/react';
import { type FormEvent, StrictMode, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { failureOf } from './failure.ts';
import type { UserBy } from './generated/graphql.ts';
import { possibleTypes } from './generated/possible-types.ts';
import { directoriesQuery, userQuery } from './idpatch.ts';
import { ProfileForm } from './profile.tsx';
import './style.css';

const client = new ApolloClient({
  // Where callers have tokens, theirs goes here: headers: { authorization: `Bearer ${token}` }.
  // No link may retry: what is sent a second time is for a person to decide, with the same idempotency key.
  link: new HttpLink({ uri: '/graphql' }),
  // Users are known by their id, which is the default: a patch that gives one back updates every view of them.
  cache: new InMemoryCache({
    possibleTypes,
    typePolicies: {
      Directory: { keyFields: ['name'] },
      // Lists without ids: the new one takes the place of the old.
      User: { fields: { customFields: { merge: false }, tenants: { merge: false } } },
    },
  }),
});

/** Users of the sandbox, by their directory: idpatch has no query that lists users. */
const sandboxUsers: Readonly<Record<string, readonly (readonly [idOrLogin: string, name: string])[]>> = {
  employees: [
    ['employees:user_xfnzgafb4oifko53tjlzlymx5l', 'Anna Schmidt'],
    ['employees:user_qvxylwjkbfgcq3ipqj6uzzckmr', '李娜'],
    ['jose.garcia', 'José García Núñez'],
  ],
  contractors: [
    ['contractors:user_sr5l2dp4kvkiwgm6o45afbpoym', '刘洋'],
    ['zhao.min@example.com', '赵敏'],
  ],
  customers: [
    ['customers:U2u8jzPde0IgxLd6GncfBAepfJB', 'Ada Okafor'],
    ['customers:U2KtJ0RlgLKOmxgJTeKdNnFRIBX', 'Zoë Brontë-Núñez'],
    ['layla.haddad@example.com', 'ليلى حداد'],
  ],
};

function App() {
  const { data, error, refetch } = useQuery(directoriesQuery);
  const [open, setOpen] = useState<{ readonly by: UserBy; readonly count: number }>();
  const [isUnsettled, setUnsettled] = useState(false);
  const names = data?.directories.map(({ name }) => name) ?? [];
  return (
    <main>
      <h1>Edit a user’s profile</h1>
      {error && <ErrorNotice message={`Is idpatch running? ${failureOf(error).message}`} onRetry={refetch} />}
      {names.length > 0 && (
        <Picker
          directories={names}
          isFirst={!open}
          isLocked={isUnsettled}
          onOpen={(by) => setOpen({ by, count: (open?.count ?? 0) + 1 })}
        />
      )}
      {open && <Opened key={open.count} by={open.by} onUnsettled={setUnsettled} />}
    </main>
  );
}

function Picker({
  directories,
  isFirst,
  isLocked,
  onOpen,
}: {
  readonly directories: readonly string[];
  /** No user was opened yet. */
  readonly isFirst: boolean;
  readonly isLocked: boolean;
  onOpen(by: UserBy): void;
}) {
  const [directory = directories[0] ?? '', setDirectory] = useState<string>();
  const [who, setWho] = useState('');
  const open = (text: string, chosen: string) => {
    if (text === '' || isLocked) return;
    const ofId = directories.find((name) => text.startsWith(`${name}:`));
    setDirectory(ofId ?? chosen);
    setWho(text);
    onOpen(ofId === undefined ? { login: { directory: chosen, login: text } } : { id: text });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    open(who.trim(), directory);
  };
  const offered = directories.filter((name) => name in sandboxUsers);
  return (
    <form className="picker" onSubmit={submit} aria-label="Choose a user">
      <div className="field">
        <label className="label" htmlFor="directory">
          Directory
        </label>
        <select
          id="directory"
          value={directory}
          onChange={({ currentTarget: { value } }) => {
            setDirectory(value);
            setWho('');
          }}
        >
          {directories.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <div className="field">
        <label className="label" htmlFor="who">
          User
        </label>
        <input
          id="who"
          required
          autoComplete="off"
          aria-describedby="who-hint"
          value={who}
          onChange={({ currentTarget }) => setWho(currentTarget.value)}
        />
      </div>
      <button type="submit" disabled={isLocked}>
        Open
      </button>
      <p className="hint" id="who-hint">
        {isLocked ? 'Save or discard your changes first.' : 'A user id, or what the user signs in with.'}
      </p>
      {offered.length > 0 && (
        <details className="users" open={isFirst}>
          <summary>Users of the sandbox to try</summary>
          {offered.map((name) => (
            <p key={name}>
              <span>{name}</span>
              {sandboxUsers[name]?.map(([idOrLogin, label]) => (
                <button
                  className="link"
                  type="button"
                  key={idOrLogin}
                  disabled={isLocked}
                  onClick={() => open(idOrLogin, name)}
                >
                  {label}
                </button>
              ))}
            </p>
          ))}
        </details>
      )}
    </form>
  );
}

function Opened({ by, onUnsettled }: { readonly by: UserBy; onUnsettled(isUnsettled: boolean): void }) {
  const { data, error, loading, refetch } = useQuery(userQuery, {
    variables: { by },
    fetchPolicy: 'network-only',
  });
  const heading = useRef<HTMLHeadingElement>(null);
  const user = data?.user;
  const id = user?.id;
  useEffect(() => {
    if (id !== undefined) heading.current?.focus();
  }, [id]);
  if (!user) {
    if (loading)
      return (
        <p className="notice" role="status">
          Reading the user…
        </p>
      );
    if (error) return <ErrorNotice message={failureOf(error).message} onRetry={refetch} />;
    return (
      <p className="notice refused" role="alert">
        There is no such user.
      </p>
    );
  }
  return (
    <section aria-labelledby="name">
      {/* The cache's user: what is saved below appears here by itself. */}
      <header className="who">
        <h2 id="name" ref={heading} tabIndex={-1} dir="auto">
          {user.displayName ?? user.username ?? user.id}
        </h2>
        <p>
          <span className={`state ${user.status?.toLowerCase() ?? ''}`}>
            {user.status?.toLowerCase() ?? 'status unknown'}
          </span>{' '}
          <code>{user.id}</code>
        </p>
      </header>
      <ProfileForm user={user} directory={user.directory} onUnsettled={onUnsettled} />
    </section>
  );
}

function ErrorNotice({ message, onRetry }: { readonly message: string; onRetry(): unknown }) {
  return (
    <div className="notice refused" role="alert">
      <p>{message}</p>
      <button type="button" onClick={() => onRetry()}>
        Try again
      </button>
    </div>
  );
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element #root.');
createRoot(root).render(
  <StrictMode>
    <ApolloProvider client={client}>
      <App />
    </ApolloProvider>
  </StrictMode>,
);
