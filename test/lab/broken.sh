# A host on which an account was to run containers, and that was set up from a recipe that is wrong in many places.
# Run with prelude.sh.

# The image of its service is there: what registries a host may use no plan can decide.
tiny driver

# Ids: none for groups, and few for users.
sed -i '/^driver:/d' /etc/subuid /etc/subgid
echo 'driver:100000:1000' >>/etc/subuid
chmod u-s /usr/bin/newuidmap

# Its manager starts at login only, and its socket was taken away.
as driver systemctl --user mask podman.socket
loginctl disable-linger driver

# The kernel: no user namespaces, no ports below 1024, no ping.
put /etc/sysctl.d/99-hardening.conf <<'END'
user.max_user_namespaces = 0
net.ipv4.ip_unprivileged_port_start = 1024
net.ipv4.ping_group_range = 1 0
END
sysctl -q -p /etc/sysctl.d/99-hardening.conf

# Settings: every container unconfined, without a limit and with the host's variables.
put /home/driver/.config/containers/containers.conf <<'END'
[containers]
pids_limit = 0
env_host = true
seccomp_profile = "unconfined"
END

# A service of the account that no boot starts, on a port that it may not bind.
put /home/driver/.config/containers/systemd/web.container <<'END'
[Container]
Image=localhost/lab:1
Exec=/bin/sleep 100000
PublishPort=80:8080
[Install]
WantedBy=multi-user.target
END

# A network of root on which no name is found.
podman network create --disable-dns plant >/dev/null
true
