# bash completion for docker

_docker() {
    local current="${COMP_WORDS[COMP_CWORD]}" command="" word flags=""
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$word" in -*) continue ;; esac
        command="${command:+$command }$word"
        case "$command" in builder|image|network|system) ;; *) break ;; esac
    done
    if [ -z "$command" ]; then
        COMPREPLY=($(compgen -W "attach build builder commit cp create diff events exec export help history image images import info inspect kill load login logout logs network pause port ps pull push rename restart rm rmi run save search start stats stop system tag top unpause version wait --config --daemon --debug --help --host --log-level --tls --tlscacert --tlscert --tlskey --tlsverify --version -D -H -d -h -l -v" -- "$current"))
        return
    fi
    case "$command" in
        attach) flags="--detach-keys --no-stdin --sig-proxy --help" ;;
        build) flags="--add-host --build-arg --build-context --cache-from --cache-to --cgroup-parent --check --cpu-period --cpu-quota --cpu-shares --cpuset-cpus --cpuset-mems --file --force-rm --iidfile --label --load --memory --memory-swap --metadata-file --network --no-cache --output --platform --progress --pull --push --quiet --rm --secret --security-opt --shm-size --squash --ssh --tag --target --ulimit -c -f -m -o -q -t --help" ;;
        commit) flags="--author --change --message --pause -a -c -m -p --help" ;;
        cp) flags="--archive --follow-link --quiet -L -a -q --help" ;;
        create) flags="--add-host --annotation --attach --blkio-weight --cap-add --cap-drop --cgroup-parent --cgroupns --cidfile --cpu-period --cpu-quota --cpu-shares --cpus --cpuset-cpus --cpuset-mems --device --device-cgroup-rule --dns --dns-option --dns-search --domainname --entrypoint --env --env-file --expose --gpus --group-add --health-cmd --health-interval --health-retries --health-start-interval --health-start-period --health-timeout --hostname --init --interactive --ip --ip6 --ipc --isolation --label --label-file --link --link-local-ip --log-driver --log-opt --mac-address --memory --memory-reservation --memory-swap --memory-swappiness --mount --name --net --network --network-alias --no-healthcheck --oom-kill-disable --oom-score-adj --pid --pids-limit --platform --privileged --publish --publish-all --pull --quiet --read-only --restart --runtime --security-opt --shm-size --stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --tty --ulimit --user --userns --uts --volume --volume-driver --volumes-from --workdir -P -a -c -e -h -i -l -m -p -q -t -u -v -w --help" ;;
        diff) flags=" --help" ;;
        events) flags="--filter --format --since --until -f --help" ;;
        exec) flags="--detach --detach-keys --env --env-file --interactive --privileged --tty --user --workdir -d -e -i -t -u -w --help" ;;
        export) flags="--output -o --help" ;;
        help) flags=" --help" ;;
        history) flags="--format --human --no-trunc --platform --quiet -H -q --help" ;;
        images) flags="--all --digests --filter --format --no-trunc --quiet -a -f -q --help" ;;
        import) flags="--change --message --platform -c -m --help" ;;
        info) flags="--format -f --help" ;;
        inspect) flags="--format --size --type -f -s --help" ;;
        kill) flags="--signal -s --help" ;;
        load) flags="--input --platform --quiet -i -q --help" ;;
        login) flags="--email --password --password-stdin --username -e -p -u --help" ;;
        logout) flags=" --help" ;;
        logs) flags="--follow --since --tail --timestamps --until -f -n -t --help" ;;
        pause) flags=" --help" ;;
        port) flags=" --help" ;;
        ps) flags="--all --before --filter --format --last --latest --no-trunc --quiet --since --size -a -f -l -n -q -s --help" ;;
        pull) flags="--all-tags --platform --quiet -a -q --help" ;;
        push) flags="--all-tags --format --quiet -a -q --help" ;;
        rename) flags=" --help" ;;
        restart) flags="--signal --time --timeout -s -t --help" ;;
        rm) flags="--force --link --volumes -f -l -v --help" ;;
        rmi) flags="--force --no-prune -f --help" ;;
        run) flags="--add-host --annotation --attach --blkio-weight --cap-add --cap-drop --cgroup-parent --cgroupns --cidfile --cpu-period --cpu-quota --cpu-shares --cpus --cpuset-cpus --cpuset-mems --detach --detach-keys --device --device-cgroup-rule --dns --dns-option --dns-search --domainname --entrypoint --env --env-file --expose --gpus --group-add --health-cmd --health-interval --health-retries --health-start-interval --health-start-period --health-timeout --hostname --init --interactive --ip --ip6 --ipc --isolation --label --label-file --link --link-local-ip --log-driver --log-opt --mac-address --memory --memory-reservation --memory-swap --memory-swappiness --mount --name --net --network --network-alias --no-healthcheck --oom-kill-disable --oom-score-adj --pid --pids-limit --platform --privileged --publish --publish-all --pull --quiet --read-only --restart --rm --runtime --security-opt --shm-size --sig-proxy --stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --tty --ulimit --user --userns --uts --volume --volume-driver --volumes-from --workdir -P -a -c -d -e -h -i -l -m -p -q -t -u -v -w --help" ;;
        save) flags="--output --platform -o --help" ;;
        search) flags="--automated --filter --format --limit --no-trunc --stars -f -s --help" ;;
        start) flags="--attach --detach-keys --interactive -a -i --help" ;;
        stats) flags="--all --format --no-stream --no-trunc -a --help" ;;
        stop) flags="--signal --time --timeout -s -t --help" ;;
        tag) flags="--force -f --help" ;;
        top) flags=" --help" ;;
        unpause) flags=" --help" ;;
        version) flags="--format -f --help" ;;
        wait) flags=" --help" ;;
        "builder build") flags="--add-host --build-arg --build-context --cache-from --cache-to --cgroup-parent --check --cpu-period --cpu-quota --cpu-shares --cpuset-cpus --cpuset-mems --file --force-rm --iidfile --label --load --memory --memory-swap --metadata-file --network --no-cache --output --platform --progress --pull --push --quiet --rm --secret --security-opt --shm-size --squash --ssh --tag --target --ulimit -c -f -m -o -q -t --help" ;;
        "builder prune") flags="--all --filter --force --keep-storage --max-used-space --min-free-space --reserved-space -a -f --help" ;;
        "image build") flags="--add-host --build-arg --build-context --cache-from --cache-to --cgroup-parent --check --cpu-period --cpu-quota --cpu-shares --cpuset-cpus --cpuset-mems --file --force-rm --iidfile --label --load --memory --memory-swap --metadata-file --network --no-cache --output --platform --progress --pull --push --quiet --rm --secret --security-opt --shm-size --squash --ssh --tag --target --ulimit -c -f -m -o -q -t --help" ;;
        "image history") flags="--format --human --no-trunc --platform --quiet -H -q --help" ;;
        "image import") flags="--change --message --platform -c -m --help" ;;
        "image inspect") flags="--format -f --help" ;;
        "image load") flags="--input --platform --quiet -i -q --help" ;;
        "image ls") flags="--all --digests --filter --format --no-trunc --quiet -a -f -q --help" ;;
        "image prune") flags="--all --filter --force -a -f --help" ;;
        "image pull") flags="--all-tags --platform --quiet -a -q --help" ;;
        "image push") flags="--all-tags --format --quiet -a -q --help" ;;
        "image rm") flags="--force --no-prune -f --help" ;;
        "image save") flags="--output --platform -o --help" ;;
        "image tag") flags="--force -f --help" ;;
        "network connect") flags="--alias --driver-opt --gw-priority --ip --ip6 --link --link-local-ip --help" ;;
        "network create") flags="--attachable --aux-address --config-from --config-only --driver --gateway --ingress --internal --ip-range --ipam-driver --ipam-opt --ipv4 --ipv6 --label --opt --scope --subnet -d -o --help" ;;
        "network disconnect") flags="--force -f --help" ;;
        "network inspect") flags="--format --verbose -f -v --help" ;;
        "network ls") flags="--filter --format --no-trunc --quiet -f -q --help" ;;
        "network prune") flags="--filter --force -f --help" ;;
        "network rm") flags="--force -f --help" ;;
        "system check") flags="--quiet -q --help" ;;
        "system df") flags="--format --verbose -v --help" ;;
        "system events") flags="--filter --format --since --until -f --help" ;;
        "system info") flags="--format -f --help" ;;
        "system prune") flags="--all --filter --force --volumes -a -f --help" ;;
        builder) COMPREPLY=($(compgen -W "build prune" -- "$current")); return ;;
        image) COMPREPLY=($(compgen -W "build history import inspect load ls prune pull push rm save tag" -- "$current")); return ;;
        network) COMPREPLY=($(compgen -W "connect create disconnect inspect ls prune rm" -- "$current")); return ;;
        system) COMPREPLY=($(compgen -W "check df events info prune" -- "$current")); return ;;
    esac
    case "$current" in
        -*) COMPREPLY=($(compgen -W "$flags" -- "$current")); return ;;
    esac
    case "$command" in
        attach|exec|inspect|kill|logs|pause|port|rename|restart|rm|start|stop|top|unpause|wait) COMPREPLY=($(compgen -W "$(docker ps -a --format '{{.Names}}' 2>/dev/null)" -- "$current")) ;;
        create|history|rmi|run|save|tag) COMPREPLY=($(compgen -W "$(docker images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null)" -- "$current")) ;;
        "network connect"|"network disconnect"|"network inspect"|"network rm") COMPREPLY=($(compgen -W "$(docker network ls --format '{{.Name}}' 2>/dev/null)" -- "$current")) ;;
        *) COMPREPLY=($(compgen -f -- "$current")) ;;
    esac
}
complete -F _docker docker
